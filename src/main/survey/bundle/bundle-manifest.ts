import { z } from 'zod';

/** The form of the signed archive: docs/survey-report.md. A change that older readers would misread raises the number. */
export const bundleFormat = 'datayoti-survey-report';
export const bundleVersion = 1;
export const manifestName = 'manifest.json';
export const signatureName = 'manifest.sig';
export const mostManifestBytes = 1024 * 1024;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);

/** Read on its own first: what a later version wrote may have any other form. */
export const manifestHead = z.object({
  format: z.literal(bundleFormat),
  formatVersion: z.number().int().min(1),
});

export const bundleManifest = manifestHead.extend({
  application: z.object({ version: z.string() }),
  created: z.iso.datetime(),
  survey: z.object({
    id: z.uuid(),
    revision: z.number().int().min(1),
    correctsId: z.uuid().nullable(),
    title: z.string(),
    siteName: z.string(),
    finished: z.boolean(),
    dataSha256: sha256,
  }),
  /** Everything in the archive but this file and its signature. */
  files: z.array(z.object({ path: z.string().min(1).max(300), bytes: count, sha256 })).max(10_000),
  /** Ed25519, SubjectPublicKeyInfo (RFC 8410) in DER, base64. */
  publicKey: z.string().max(200),
});
export type BundleManifest = z.infer<typeof bundleManifest>;

/**
 * The comment at the end of the archive: this and the base64 of an Ed25519 signature over `sealedText` of all bytes
 * before the comment. So also the parts of a ZIP file that belong to no file in it cannot change.
 */
export const sealPrefix = 'datayoti-survey-seal-1:';
/** 64 bytes as base64. */
const signatureLength = 88;
export const sealLength = sealPrefix.length + signatureLength;

/** What the seal signs: the SHA-256 of the bytes, behind words of its own, so that no other signature can be taken for it. */
export function sealedText(hash: string): Buffer {
  return Buffer.from(`${sealPrefix}${hash}`, 'latin1');
}
