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
export function PagePreview({
  page,
  startAt,
  logo,
  isPaper = false,
}: {
  page: LabelPage;
  startAt: number;
  /** Data URL. */
  logo?: string | undefined;
  /** In millimetres, for the print dialog. */
  isPaper?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <svg
      className={isPaper ? classes.page : classes.sheet}
      {...(isPaper ? { width: `${page.widthMm}mm`, height: `${page.heightMm}mm` } : {})}
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
      {page.panels.map(({ xMm, yMm, widthMm, heightMm, colour }) => (
        <rect
          key={`${xMm} ${yMm} ${widthMm}`}
          fill={colour}
          x={xMm}
          y={yMm}
          width={widthMm}
          height={heightMm}
        />
      ))}
      {logo !== undefined &&
        page.logos.map(({ xMm, yMm, widthMm, heightMm }) => (
          <image
            key={`${xMm} ${yMm}`}
            href={logo}
            x={xMm}
            y={yMm}
            width={widthMm}
            height={heightMm}
            preserveAspectRatio="none"
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
      {page.lines.map(({ face, text, xMm, baselineMm, sizeMm, widthMm, ink }) => (
        <text
          key={`${xMm} ${baselineMm}`}
          fill={ink ?? '#000'}
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
