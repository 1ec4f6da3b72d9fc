import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSlip, SlipDecoder } from './slip.ts';

const collecting = () => {
  const frames: Buffer[] = [];
  const noise: Buffer[] = [];
  const decoder = new SlipDecoder({
    onFrame: (frame) => frames.push(frame),
    onNoise: (bytes) => noise.push(bytes),
  });
  return { decoder, frames, noise: () => Buffer.concat(noise) };
};

describe('SLIP', () => {
  it('escapes both special bytes', () => {
    expect(encodeSlip(Buffer.from('01c002db03', 'hex')).toString('hex')).toBe('c001dbdc02dbdd03c0');
  });

  it('gives back what was framed, however the stream is cut and whatever text is in between', () => {
    const text = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.filter((byte) => byte !== 0xc0));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), text), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
        (messages, cuts) => {
          const { decoder, frames, noise } = collecting();
          const stream = Buffer.concat(
            messages.flatMap(([payload, between]) => [encodeSlip(payload), Buffer.from(between)]),
          );
          let cut = 0;
          for (let at = 0; at < stream.length; cut++) {
            const size = cuts[cut % cuts.length] ?? 1;
            decoder.push(stream.subarray(at, at + size));
            at += size;
          }
          expect(frames.map((frame) => frame.toString('hex'))).toEqual(
            messages.map(([payload]) => Buffer.from(payload).toString('hex')),
          );
          expect(noise().equals(Buffer.concat(messages.map(([, between]) => Buffer.from(between))))).toBe(
            true,
          );
        },
      ),
    );
  });

  it('loses one frame at most when an end byte is lost', () => {
    const { decoder, frames } = collecting();
    const first = encodeSlip(Buffer.from('first'));
    decoder.push(first.subarray(1));
    decoder.push(encodeSlip(Buffer.from('second')));
    decoder.push(encodeSlip(Buffer.from('third')));
    expect(frames.map(String)).toEqual(['second', 'third']);
  });

  it('does not take a frame with a broken escape for a good one', () => {
    const { decoder, frames, noise } = collecting();
    decoder.push(Buffer.from('c001db4402c0', 'hex'));
    decoder.push(encodeSlip(Buffer.from('good')));
    expect(frames.map(String)).toEqual(['good']);
    expect(noise().length).toBeGreaterThan(0);
  });

  it('bounds the memory for a frame that never ends', () => {
    const { decoder, frames } = collecting();
    decoder.push(Buffer.from([0xc0]));
    for (let i = 0; i < 300; i++) decoder.push(Buffer.alloc(1024, 0x41));
    decoder.push(Buffer.from([0xc0]));
    decoder.push(encodeSlip(Buffer.from('good')));
    expect(frames.map(String)).toEqual(['good']);
  });
});
