/** Two short tones that can be told apart without looking: rising for yes, low and double for no. */

let context: AudioContext | undefined;

function tone(frequency: number, startS: number, lengthS: number, volume: number): void {
  context ??= new AudioContext();
  // Browsers hold the sound back until the first key or touch.
  if (context.state === 'suspended') void context.resume();
  const start = context.currentTime + startS;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = 'sine';
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume, start + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.001, start + lengthS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + lengthS);
}

export const sounds = {
  /** The first sound of a window takes a while to set up: better before the first customer than with them. */
  prepare(): void {
    context ??= new AudioContext();
  },
  accepted(): void {
    tone(880, 0, 0.12, 0.2);
    tone(1318, 0.09, 0.18, 0.2);
  },
  refused(): void {
    tone(220, 0, 0.16, 0.3);
    tone(196, 0.18, 0.24, 0.3);
  },
};
