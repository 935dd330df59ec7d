import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import classes from './sheet-picture.module.css';

type LabelPage = OutputOf<'labels.preview'>;

const fonts = {
  regular: 'Helvetica, Arial, sans-serif',
  bold: 'Helvetica, Arial, sans-serif',
  code: 'Courier, "Courier New", monospace',
};

/** The page as the core lays it out for the printer: same places, same sizes, every text as wide as on paper. */
export function PagePreview({ page, startAt }: { page: LabelPage; startAt: number }) {
  const { t } = useTranslation();
  return (
    <svg
      className={classes.sheet}
      viewBox={`0 0 ${page.widthMm} ${page.heightMm}`}
      role="img"
      aria-label={t('print.picture', { startAt })}
    >
      <rect className={classes.paper} width={page.widthMm} height={page.heightMm} />
      {page.outlines.map(({ xMm, yMm, widthMm, heightMm }) => (
        <rect
          key={`${xMm} ${yMm}`}
          className={classes.outline}
          x={xMm}
          y={yMm}
          width={widthMm}
          height={heightMm}
        />
      ))}
      {page.symbols.map(({ xMm, yMm, moduleMm, path }) => (
        <path
          key={`${xMm} ${yMm}`}
          className={classes.ink}
          d={path}
          transform={`translate(${xMm} ${yMm}) scale(${moduleMm})`}
        />
      ))}
      {page.lines.map(({ face, text, xMm, baselineMm, sizeMm, widthMm }) => (
        <text
          key={`${xMm} ${baselineMm}`}
          className={classes.ink}
          x={xMm}
          y={baselineMm}
          fontFamily={fonts[face]}
          fontWeight={face === 'regular' ? 400 : 700}
          fontSize={sizeMm}
          textLength={widthMm}
          lengthAdjust="spacingAndGlyphs"
        >
          {text}
        </text>
      ))}
    </svg>
  );
}
