/** What runs on the chip at a time: the ROM's loader, the stub, or the firmware in the flash. */
export interface Program {
  /** Bytes from the serial line; the buffer may be used again by whoever called. */
  receive(bytes: Uint8Array): void;
  /** Reset or power cut: nothing of it may act afterwards. */
  stop(): void;
}
