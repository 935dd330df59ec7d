import { useTranslation } from 'react-i18next';
import classes from './sheet-picture.module.css';
import { sheets, type Template } from './sheets.ts';

type SheetPictureProps = {
  readonly template: Template;
  readonly startAt: number;
  readonly labels: number;
  readonly onStartAt: (label: number) => void;
};

const WIDTH = 210;
const HEIGHT = 270;
const MARGIN = 10;
const GAP = 3;

/** The first sheet from above: used labels are blank; a click begins at that label. The number field does the same. */
export function SheetPicture({ template, startAt, labels, onStartAt }: SheetPictureProps) {
  const { t } = useTranslation();
  const { columns, rows } = sheets[template];
  const width = (WIDTH - 2 * MARGIN - (columns - 1) * GAP) / columns;
  const height = (HEIGHT - 2 * MARGIN - (rows - 1) * GAP) / rows;
  return (
    <svg
      className={classes.sheet}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={t('print.picture', { startAt })}
    >
      <rect className={classes.paper} width={WIDTH} height={HEIGHT} rx={4} />
      {Array.from({ length: columns * rows }, (_, i) => i + 1).map((label) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the same
        <rect
          key={label}
          className={classes.label}
          data-printed={(label >= startAt && label < startAt + labels) || undefined}
          x={MARGIN + ((label - 1) % columns) * (width + GAP)}
          y={MARGIN + Math.floor((label - 1) / columns) * (height + GAP)}
          width={width}
          height={height}
          rx={2}
          onClick={() => onStartAt(label)}
        />
      ))}
    </svg>
  );
}
