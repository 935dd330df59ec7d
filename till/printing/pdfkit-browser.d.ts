/** The part of pdfkit's browser build that is used here; its own types describe the Node build only. */
declare module '*/pdfkit.browser.mjs' {
  export type StandardFontData = { readonly name: string };
  export function registerStdFonts(...fonts: StandardFontData[]): void;

  export type DocumentOptions = {
    readonly size: readonly [number, number];
    readonly margin: number;
    readonly autoFirstPage: boolean;
    readonly compress: boolean;
    readonly pdfVersion: '1.7';
    readonly font: string;
    readonly displayTitle: boolean;
    readonly info: Readonly<Record<string, string | Date>>;
  };

  export type PdfImage = { readonly width: number; readonly height: number };

  export class PDFDocument {
    constructor(options: DocumentOptions);
    readonly page: { readonly width: number; readonly height: number };
    /** The catalogue; `displayTitle` puts the viewer preferences into it. */
    readonly _root: {
      readonly data: { readonly ViewerPreferences: { readonly data: Record<string, unknown> } };
    };
    on(event: 'data', listener: (chunk: Uint8Array) => void): this;
    on(event: 'end', listener: () => void): this;
    addPage(): this;
    addContent(operators: string): this;
    save(): this;
    restore(): this;
    /** Of an embedded font. */
    readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
    registerFont(name: string, bytes: Uint8Array): this;
    openImage(bytes: Uint8Array): PdfImage;
    image(
      image: PdfImage,
      x: number,
      y: number,
      options: { width: number; height: number; ignoreOrientation: true },
    ): this;
    font(name: string): this;
    fontSize(points: number): this;
    rect(x: number, y: number, width: number, height: number): this;
    fill(colour: string): this;
    fillColor(colour: string): this;
    widthOfString(text: string, options: { features: [] }): number;
    text(
      text: string,
      x: number,
      y: number,
      options: { lineBreak: false; baseline: 'alphabetic'; features: [] },
    ): this;
    end(): void;
  }
}

declare module 'pdfkit/standard-fonts/*' {
  const font: import('../../node_modules/pdfkit/js/pdfkit.browser.mjs').StandardFontData;
  export default font;
}
