import type { CardDesign } from '../../shared/contracts/operations/cards.ts';
import {
  DOT_MM,
  type LabelLayout,
  type LabelText,
  layoutText,
  type MeasureText,
  POINTS_PER_MM,
} from './label-layout.ts';
import type { LabelTemplate } from './label-templates.ts';
import type { CodeSymbol } from './symbols.ts';

export type Box = {
  readonly xMm: number;
  readonly yMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
};
export type Panel = Box & { readonly colour: string };

/** A voucher card: a label with colours under it and a logo on it. */
export type CardLayout = LabelLayout & {
  /** In the order of painting. */
  readonly panels: readonly Panel[];
  readonly logo?: Box;
  /** Of the texts. */
  readonly ink: string;
};

export type CardStyle = CardDesign & {
  /** Size of the logo, in pixels. */
  readonly logo?: { readonly width: number; readonly height: number } | undefined;
};

const BAR_MM = 3;
const MIN_MODULE_DOTS = 3;
const MAX_MODULE_DOTS = 10;
/** Of the side along which symbol and texts share the card. */
const SYMBOL_SHARE = 0.42;
const LOGO_SHARE = 0.26;
const MAX_BAR_CODE_MM = 15;

/** `undefined` when the symbol does not fit the card. */
export function layoutCard(
  { labelWidthMm: width, labelHeightMm: height }: LabelTemplate,
  symbol: Pick<CodeSymbol, 'width' | 'height' | 'quiet'>,
  text: LabelText,
  style: CardStyle,
  measure: MeasureText,
): CardLayout | undefined {
  const padding = Math.min(6, 0.09 * Math.min(width, height));
  const inner: Box = {
    xMm: BAR_MM + padding,
    yMm: padding,
    widthMm: width - BAR_MM - 2 * padding,
    heightMm: height - 2 * padding,
  };
  const isBeside = symbol.height !== undefined && width > height;
  const modules = symbol.width + 2 * symbol.quiet;
  const room =
    symbol.height === undefined
      ? inner.widthMm
      : isBeside
        ? Math.min(inner.heightMm, inner.widthMm * SYMBOL_SHARE)
        : Math.min(inner.widthMm, inner.heightMm * SYMBOL_SHARE);
  const dots = Math.min(MAX_MODULE_DOTS, Math.floor(room / modules / DOT_MM));
  if (dots < MIN_MODULE_DOTS) return undefined;
  const moduleMm = dots * DOT_MM;
  const sideMm = modules * moduleMm;
  const barsMm = Math.min(MAX_BAR_CODE_MM, inner.heightMm * LOGO_SHARE);
  const quietMm = symbol.quiet * moduleMm;
  // The symbol stands on white, whatever the ground: scanners need the contrast, and the quiet zone belongs to it.
  const white: Box =
    symbol.height === undefined
      ? below(inner, { widthMm: sideMm, heightMm: barsMm + 2 })
      : isBeside
        ? {
            xMm: inner.xMm + inner.widthMm - sideMm,
            yMm: (height - sideMm) / 2,
            widthMm: sideMm,
            heightMm: sideMm,
          }
        : below(inner, { widthMm: sideMm, heightMm: sideMm });
  const column: Box = isBeside
    ? { ...inner, widthMm: inner.widthMm - sideMm - padding }
    : { ...inner, heightMm: inner.heightMm - white.heightMm - padding / 2 };
  const logo = style.logo && fitLogo(column, style.logo);
  const logoMm = logo === undefined ? 0 : logo.heightMm + padding / 2;
  return {
    symbol: {
      moduleMm,
      unitHeightMm: symbol.height === undefined ? barsMm : moduleMm,
      xMm: white.xMm + quietMm,
      yMm: white.yMm + (symbol.height === undefined ? 1 : quietMm),
    },
    lines: layoutText(
      {
        xPt: column.xMm * POINTS_PER_MM,
        widthPt: column.widthMm * POINTS_PER_MM,
        topPt: (column.yMm + logoMm) * POINTS_PER_MM,
        heightPt: (column.heightMm - logoMm) * POINTS_PER_MM,
      },
      style.heading === '' ? text : { ...text, title: style.heading },
      measure,
    ),
    panels: [
      { xMm: 0, yMm: 0, widthMm: width, heightMm: height, colour: style.ground },
      { xMm: 0, yMm: 0, widthMm: BAR_MM, heightMm: height, colour: style.accent },
      { ...white, colour: '#ffffff' },
    ],
    ...(logo === undefined ? {} : { logo }),
    ink: inkOn(style.ground),
  };
}

function below(inner: Box, size: { readonly widthMm: number; readonly heightMm: number }): Box {
  return {
    xMm: inner.xMm + (inner.widthMm - size.widthMm) / 2,
    yMm: inner.yMm + inner.heightMm - size.heightMm,
    ...size,
  };
}

/** As large as its place allows, in its own proportions, at the top left. */
function fitLogo(column: Box, pixels: { readonly width: number; readonly height: number }): Box {
  const scale = Math.min(column.widthMm / pixels.width, (column.heightMm * LOGO_SHARE) / pixels.height);
  return { xMm: column.xMm, yMm: column.yMm, widthMm: pixels.width * scale, heightMm: pixels.height * scale };
}

/** Relative luminance (WCAG 2.2) at which black and white have the same contrast: 21^0.5 × 0.05 - 0.05. */
const EVEN_LUMINANCE = 0.179;

export function inkOn(ground: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(ground.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > EVEN_LUMINANCE ? '#000000' : '#ffffff';
}
