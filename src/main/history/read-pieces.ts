import type { Resolution } from '../../shared/contract/history.ts';
import type { Connection } from '../storage/index.ts';
import {
  bucketsOfReadings,
  rawPoints,
  type PointQuestion,
  type Points,
} from '../storage/queries/history-points.ts';
import { bucketsOfRollup, type Rollups } from '../storage/queries/history-rollups.ts';
import type { Piece } from './lineage.ts';
import { joinPoints } from './merge-points.ts';

/** The points of each device over all its pieces, at one resolution; bounds at whole buckets. */
export async function readPieces(
  connection: Connection,
  pieces: readonly Piece[],
  resolution: Resolution,
  rollups: Rollups,
): Promise<ReadonlyMap<string, Points>> {
  const read = reader(connection, resolution, rollups);
  const parts = new Map<string, Points[]>();
  for (const { owners, fromMs, toMs } of pieces) {
    for (const [address, points] of await read({ addresses: [...owners.keys()], fromMs, toMs })) {
      const mac = owners.get(address) ?? address;
      parts.set(mac, [...(parts.get(mac) ?? []), points]);
    }
  }
  const stepMs = resolution.kind === 'raw' ? 0 : resolution.stepMs;
  return new Map([...parts].map(([mac, of]) => [mac, joinPoints(of, stepMs)]));
}

type Read = (question: PointQuestion) => Promise<ReadonlyMap<string, Points>>;

function reader(connection: Connection, resolution: Resolution, rollups: Rollups): Read {
  if (resolution.kind === 'raw') return (question) => rawPoints(connection, question);
  const { source, stepMs } = resolution;
  if (source === 'raw') return (question) => bucketsOfReadings(connection, question, stepMs);
  return (question) => {
    // Where one board took over in the middle of a bucket, that bucket holds the readings of both.
    const fromMs = Math.floor(question.fromMs / stepMs) * stepMs;
    const toMs = Math.ceil(question.toMs / stepMs) * stepMs;
    return bucketsOfRollup(connection, rollups, source, { ...question, fromMs, toMs }, stepMs);
  };
}
