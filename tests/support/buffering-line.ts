import type { SerialLine } from '../../src/main/serial/index.ts';

/**
 * A line as a driver has it: what arrives lies in its buffer for a moment, and is thrown away where the speed is
 * changed meanwhile.
 */
export function bufferingLine(line: SerialLine, holdMs: number): SerialLine {
  const held = new Set<NodeJS.Timeout>();
  return {
    address: line.address,
    usb: line.usb,
    hasModemLines: line.hasModemLines,
    get baudRate() {
      return line.baudRate;
    },
    write: (bytes) => line.write(bytes),
    setSignals: (signals) => line.setSignals(signals),
    setBaudRate: async (baudRate) => {
      for (const timer of held) clearTimeout(timer);
      held.clear();
      await line.setBaudRate(baudRate);
    },
    onData: (listener) =>
      line.onData((bytes) => {
        const timer = setTimeout(() => {
          held.delete(timer);
          listener(bytes);
        }, holdMs);
        held.add(timer);
      }),
    onClosed: (listener) => line.onClosed(listener),
    close: () => line.close(),
  };
}
