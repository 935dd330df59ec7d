import { expect, it } from 'vitest';
import { type CodeRow, createCodePages, PAGE_ROWS } from './code-pages.ts';

const rowsOf = (page: number): CodeRow[] =>
  Array.from({ length: PAGE_ROWS }, (_, i) => ({
    serial: page * PAGE_ROWS + i + 1,
    code: `C${page}-${i}`,
    status: 'live',
  }));

it('asks once for each page that is looked at', () => {
  const pages = createCodePages();
  expect(pages.wanted(0, 30)).toEqual([0]);
  expect(pages.wanted(0, 30)).toEqual([]);
  expect(pages.wanted(190, 210)).toEqual([1]);
  pages.put(1, rowsOf(1));
  expect(pages.row(200)?.serial).toBe(201);
  expect(pages.row(0)).toBeUndefined();
  pages.giveUp(0);
  expect(pages.wanted(0, 30)).toEqual([0]);
});

it('holds no more than it must, and keeps what was seen last', () => {
  const pages = createCodePages();
  for (let page = 0; page < 100; page++) {
    pages.wanted(page * PAGE_ROWS, page * PAGE_ROWS);
    pages.put(page, rowsOf(page));
    // The first page is looked at again and again.
    pages.wanted(0, 0);
  }
  expect(pages.row(0)?.serial).toBe(1);
  expect(pages.row(99 * PAGE_ROWS)?.serial).toBe(99 * PAGE_ROWS + 1);
  expect(pages.row(50 * PAGE_ROWS)).toBeUndefined();
});

it('shows the old rows of a page until its new ones are here', () => {
  const pages = createCodePages();
  pages.wanted(0, 0);
  pages.put(0, rowsOf(0));
  pages.outdate();
  expect(pages.row(0)?.serial).toBe(1);
  expect(pages.wanted(0, 30)).toEqual([0]);
  expect(pages.wanted(0, 30)).toEqual([]);
  expect(pages.row(0)?.serial).toBe(1);
});

it('asks again for a page whose answer was on its way when something changed', () => {
  const pages = createCodePages();
  pages.wanted(0, 0);
  pages.outdate();
  expect(pages.wanted(0, 0)).toEqual([]);
  pages.put(0, rowsOf(0));
  expect(pages.wanted(0, 0)).toEqual([0]);
  pages.giveUp(0);
  expect(pages.wanted(0, 0)).toEqual([0]);
  pages.put(0, rowsOf(0));
  expect(pages.wanted(0, 0)).toEqual([]);
});
