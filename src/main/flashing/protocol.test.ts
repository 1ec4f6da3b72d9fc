import { describe, expect, it } from 'vitest';
import {
  blockData,
  checksum,
  command,
  decodeResponse,
  encodeRequest,
  isRefusedBlock,
  splitStatus,
  syncData,
  words,
} from './protocol.ts';
import { encodeSlip } from './slip.ts';

/** Traces printed in esptool's documentation of the protocol. */
describe('protocol, golden traces', () => {
  it('encodes a register read', () => {
    const frame = encodeSlip(encodeRequest(command.readRegister, words(0x40001000)));
    expect(frame.toString('hex')).toBe('c0000a04000000000000100040c0');
  });

  it('decodes its answer', () => {
    const response = decodeResponse(Buffer.from('010a0200090000000000', 'hex'));
    expect(response).toMatchObject({ op: command.readRegister, value: 9 });
    expect(splitStatus(response?.body ?? Buffer.alloc(0), 2)).toMatchObject({ ok: true, code: 0 });
  });

  it('encodes SYNC', () => {
    const frame = encodeSlip(encodeRequest(command.sync, syncData));
    expect(frame.toString('hex')).toBe(`c0000824000000000007071220${'55'.repeat(32)}c0`);
  });

  it('decodes the answer of a ROM to SYNC, with four status bytes', () => {
    const response = decodeResponse(Buffer.from('010804000707122000000000', 'hex'));
    expect(response?.value).toBe(0x20120707);
    expect(splitStatus(response?.body ?? Buffer.alloc(0), 4)).toEqual({
      ok: true,
      code: 0,
      data: Buffer.alloc(0),
    });
  });
});

describe('protocol', () => {
  it('sums only what is to be written', () => {
    const block = Buffer.from([1, 2, 4]);
    expect(checksum(block)).toBe(0xef ^ 7);
    const request = encodeRequest(command.deflateData, blockData(block, 3), checksum(block));
    expect(request.toString('hex')).toBe(
      ['00111300', 'e8000000', '03000000', '03000000', '0000000000000000', '010204'].join(''),
    );
  });

  it('tells an error of the ROM, also with two status bytes', () => {
    expect(splitStatus(Buffer.from([1, 5, 0, 0]), 4)).toMatchObject({ ok: false, code: 0x0105 });
    expect(splitStatus(Buffer.from([1, 5]), 4)).toMatchObject({ ok: false, code: 0x0105 });
    expect(splitStatus(Buffer.alloc(0), 4).ok).toBe(false);
  });

  it('takes neither a greeting nor a cut frame for a response', () => {
    expect(decodeResponse(Buffer.from('OHAI'))).toBeNull();
    expect(decodeResponse(Buffer.from('010a04000900000000', 'hex'))).toBeNull();
  });

  it('knows which blocks may be sent again', () => {
    expect([0xc000, 0xc100, 0x0107].map(isRefusedBlock)).toEqual([true, true, true]);
    expect([0xc700, 0xc400, 0x0105].map(isRefusedBlock)).toEqual([false, false, false]);
  });
});
