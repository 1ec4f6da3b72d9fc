/** Temperature (°C) and humidity (% relative) of a simulated cold room at a moment. */
export interface Climate {
  readonly temperature: number;
  readonly humidity: number;
}

export interface Room {
  /** Mean temperature, °C. */
  readonly mean: number;
  /** Half the swing of the cooling cycle, °C. */
  readonly swing: number;
  readonly cycleMinutes: number;
  readonly humidity: number;
}

/**
 * A compressor's cycle (a slanted wave), a slow daily drift, and a door that opens now and then; a function
 * of time alone plus a little noise, so that sensors of one room move together.
 */
export function climateAt(room: Room, epochMs: number, noise: () => number = Math.random): Climate {
  const minutes = epochMs / 60_000;
  const cycle = (minutes / room.cycleMinutes) % 1;
  const wave = cycle < 0.65 ? 1 - (2 * cycle) / 0.65 : -1 + (2 * (cycle - 0.65)) / 0.35;
  const daily = Math.sin((2 * Math.PI * minutes) / 1440) * 0.3;
  const sinceDoor = minutes % 47;
  const door = sinceDoor < 6 ? Math.exp(-sinceDoor / 2) * 0.8 : 0;
  const temperature = room.mean - wave * room.swing + daily + door + (noise() - 0.5) * 0.1;
  const humidity = room.humidity + wave * 2.5 + door * 6 + (noise() - 0.5) * 0.6;
  return { temperature: tenths(temperature), humidity: tenths(Math.min(100, Math.max(0, humidity))) };
}

/** A DHT22 resolves 0.1 °C and 0.1 %. */
function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
