/** What is being done while a stack comes up; the screen and the command line have words for each. */
export type UpStep =
  | 'check'
  | 'images'
  | 'network'
  | 'volumes'
  | 'containers'
  | 'start'
  | 'healthy'
  | 'schema'
  | 'backup'
  | 'restore'
  /** Stopping the services of the published project. */
  | 'published'
  /** Back to the images of before. */
  | 'way-back'
  | 'done';

export interface UpProgress {
  readonly step: UpStep;
  /** The one that is being worked on, where it is one. */
  readonly service: string | null;
  /** While images come: all layers together; `null` where the registry does not say. */
  readonly bytes: { readonly current: number; readonly total: number } | null;
  readonly layers: readonly LayerProgress[];
  readonly text: string | null;
}

export interface LayerProgress {
  readonly image: string;
  readonly id: string;
  readonly status: string;
  readonly currentBytes: number | null;
  readonly totalBytes: number | null;
}

export function step(name: UpStep, service: string | null = null, text: string | null = null): UpProgress {
  return { step: name, service, bytes: null, layers: [], text };
}
