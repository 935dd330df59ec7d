import type { Page } from '@playwright/test';

declare global {
  interface Window {
    benchFrames?: number[];
  }
}

/**
 * Every frame that the window draws while `work` goes on. The loop asks for each next frame, as an animation does: what
 * holds the window up shows as a long one.
 * @returns milliseconds from frame to frame
 */
export async function framesDuring(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const frames: number[] = [];
    window.benchFrames = frames;
    let last: number | undefined;
    const next = (now: number) => {
      if (window.benchFrames !== frames) return;
      if (last !== undefined) frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await work();
  return page.evaluate(() => {
    const frames = window.benchFrames ?? [];
    delete window.benchFrames;
    return frames;
  });
}
