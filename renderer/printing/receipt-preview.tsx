import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import classes from './sheet-picture.module.css';

type Picture = OutputOf<'receipts.preview'>;
type Line = Picture['above'][number];

/** Font A of receipt printers: 12 by 24 dots, at the usual spacing of lines. */
const CHARACTER_DOTS = 12;
const FONT_DOTS = 24;
const LINE_DOTS = 30;
const BASELINE = 0.8;
const MARGIN_DOTS = 24;

/** A coupon as it comes out of the printer: its lines are broken where the printer gets them broken. */
export function ReceiptPreview({ picture, printer }: { picture: Picture; printer: string }) {
  const { t } = useTranslation();
  const { widthDots, symbol } = picture;
  const above = stacked(picture.above, MARGIN_DOTS);
  const below = stacked(picture.below, above.end + symbol.heightDots);
  const height = below.end + MARGIN_DOTS;
  return (
    <svg
      className={classes.receipt}
      viewBox={`0 0 ${widthDots} ${height}`}
      role="img"
      aria-label={t('receipts.picture', { printer })}
    >
      <rect className={classes.paper} width={widthDots} height={height} />
      <path className={classes.ink} d={symbol.path} transform={`translate(0 ${above.end})`} />
      {[...above.placed, ...below.placed].map(({ line, y }) => (
        <PlacedLine key={y} line={line} y={y} widthDots={widthDots} />
      ))}
    </svg>
  );
}

function stacked(lines: readonly Line[], top: number) {
  let y = top;
  const placed = lines.map((line) => {
    const at = { line, y };
    y += line.double ? 2 * LINE_DOTS : LINE_DOTS;
    return at;
  });
  return { placed, end: y };
}

function PlacedLine({ line, y, widthDots }: { line: Line; y: number; widthDots: number }) {
  const { text, bold, double, inverted } = line;
  if (text === '') return null;
  const scale = double ? 2 : 1;
  const width = text.length * CHARACTER_DOTS * scale;
  const left = (widthDots - width) / 2;
  return (
    <>
      {inverted && (
        <rect
          className={classes.ink}
          x={left - CHARACTER_DOTS}
          y={y}
          width={width + 2 * CHARACTER_DOTS}
          height={FONT_DOTS}
        />
      )}
      <text
        className={inverted ? classes.paper : classes.ink}
        x={left}
        y={y + FONT_DOTS * scale * BASELINE}
        fontFamily='Courier, "Courier New", monospace'
        fontWeight={bold ? 700 : 400}
        fontSize={FONT_DOTS * scale}
        textLength={width}
        lengthAdjust="spacingAndGlyphs"
      >
        {text}
      </text>
    </>
  );
}
