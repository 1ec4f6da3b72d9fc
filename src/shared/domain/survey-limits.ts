/** So many parts a survey may have of each kind: far beyond a large site, and still a page that opens at once. */
export const surveyPartsMost = {
  project: 1,
  criteria: 1,
  room: 500,
  plan: 50,
  zone: 500,
  point: 2_000,
  recording: 10_000,
  photo: 2_000,
  issue: 1_000,
  placement: 2_000,
  check: 100,
  'checklist-item': 500,
  signature: 10,
} as const;

/** A plan or photo with more pixels is refused by its header, before anything decodes it. */
export const imagePixelsMost = 100_000_000;
/** No browser draws an image that is longer on a side. */
export const imageSideMostPx = 20_000;
export const imageBytesMost = 64 * 1024 ** 2;
/** A signature is a small drawing. */
export const signatureBytesMost = 1024 ** 2;
/** A file travels in pieces of at most this size. */
export const pieceBytesMost = 1_000_000;
export const recordSecondsMost = 14 * 86_400;
export const roamingMost = 50;
/** A list of points as CSV. */
export const pointsFileBytesMost = 900_000;
