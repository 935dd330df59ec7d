/** The bytes of a file as text. The browser reads and writes them beside the window, which goes on drawing. */
export function base64OfFile(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const url = String(reader.result);
      resolve(url.slice(url.indexOf(',') + 1));
    };
    reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'));
    reader.readAsDataURL(file);
  });
}

/** Decoded within a millisecond or two; a multiple of four. */
const CHARACTERS_AT_ONCE = 256 * 1_024;

/** The file of a text, decoded a part at a time: at once, some megabytes would hold up the window. */
export async function fileOfBase64(base64: string, type: string): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < base64.length; at += CHARACTERS_AT_ONCE) {
    const text = atob(base64.slice(at, at + CHARACTERS_AT_ONCE));
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    parts.push(bytes);
    await new Promise((resume) => setTimeout(resume));
  }
  return new Blob(parts, { type });
}
