import { useEffect } from 'react';
import { createPortal } from 'react-dom';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { PagePreview } from './page-preview.tsx';
import classes from './print-pages.module.css';

type Pages = OutputOf<'labels.pages'>['pages'];

/**
 * Hands pages to the window's own print dialog. They are on paper only: the screen does not show them, and while they
 * are here nothing else of the window is printed.
 */
export function PrintPages({
  pages,
  logo,
  onDone,
}: {
  pages: Pages;
  logo: string | undefined;
  onDone: () => void;
}) {
  const [first] = pages;
  useEffect(() => {
    if (first === undefined) return;
    const paper = new CSSStyleSheet();
    paper.replaceSync(`@page { size: ${first.widthMm}mm ${first.heightMm}mm; margin: 0 }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, paper];
    window.addEventListener('afterprint', onDone);
    window.print();
    return () => {
      window.removeEventListener('afterprint', onDone);
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== paper);
    };
  }, [first, onDone]);
  return createPortal(
    <div className={classes.pages} data-print-pages>
      {pages.map((page, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pages are told apart by their place alone
        <PagePreview key={index} page={page} startAt={1} logo={logo} isPaper />
      ))}
    </div>,
    document.body,
  );
}
