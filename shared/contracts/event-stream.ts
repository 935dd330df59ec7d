/** The longest event that is kept while its end has not arrived. */
const MAX_PENDING_CHARS = 1_000_000;

/**
 * Reads server-sent events out of a byte stream that is cut anywhere. `EventSource` cannot send the launch secret as
 * a header, hence this reader (HTML Living Standard §9.2.6; only `data` matters here).
 */
export function createEventReader(onData: (data: string) => void): { push(chunk: string): void } {
  let pending = '';
  let data: string[] = [];

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) onData(data.join('\n'));
      data = [];
    } else if (text.startsWith('data:')) {
      data.push(text.slice(text[5] === ' ' ? 6 : 5));
    }
  }

  return {
    push(chunk) {
      pending += chunk;
      if (pending.length > MAX_PENDING_CHARS) throw new Error('an event without end');
      const lines = pending.split(/\r\n|\n|\r(?!$)/);
      pending = lines.pop() ?? '';
      for (const text of lines) line(text);
    },
  };
}
