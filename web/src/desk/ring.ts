/** Two soft tones for a customer who has begun to wait; made here, so no sound file is fetched. */

let audio: AudioContext | null = null;

export function ring(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
    tone(audio, 660, 0);
    tone(audio, 880, 0.18);
  } catch {
    // No sound device, or not allowed yet: the title and the list still say it.
  }
}

function tone(context: AudioContext, hertz: number, delayS: number): void {
  const start = context.currentTime + delayS;
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.32);
}
