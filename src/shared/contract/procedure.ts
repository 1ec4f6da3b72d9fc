import type { z } from 'zod';

/** One question and its answer. */
export interface ProcedureSpec<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly kind: 'procedure';
  readonly input: I;
  readonly output: O;
}

/** One question and answers that keep coming until the asker lets go; a snapshot first, then deltas. */
export interface StreamSpec<I extends z.ZodType = z.ZodType, T extends z.ZodType = z.ZodType> {
  readonly kind: 'stream';
  readonly input: I;
  readonly item: T;
}

export type Spec = ProcedureSpec | StreamSpec;
export type Contract = Readonly<Record<string, Readonly<Record<string, Spec>>>>;

export function procedure<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
): ProcedureSpec<I, O> {
  return { kind: 'procedure', input, output };
}

export function stream<I extends z.ZodType, T extends z.ZodType>(input: I, item: T): StreamSpec<I, T> {
  return { kind: 'stream', input, item };
}

/** The main side's function behind a spec. Input is already validated; output is validated on the way out. */
export type HandlerOf<S> =
  S extends ProcedureSpec<infer I, infer O>
    ? (input: z.output<I>, signal: AbortSignal) => Promise<z.input<O>>
    : S extends StreamSpec<infer I, infer T>
      ? (input: z.output<I>, signal: AbortSignal) => AsyncIterable<z.input<T>>
      : never;

export type HandlersOf<C> = {
  readonly [Area in keyof C]: { readonly [Name in keyof C[Area]]: HandlerOf<C[Area][Name]> };
};

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** The asking side's function for a spec; failures are `AppError`. */
export type CallOf<S> =
  S extends ProcedureSpec<infer I, infer O>
    ? (input: z.input<I>, options?: CallOptions) => Promise<z.output<O>>
    : S extends StreamSpec<infer I, infer T>
      ? (input: z.input<I>, options?: CallOptions) => Promise<AsyncIterable<z.output<T>>>
      : never;

export type ClientOf<C> = {
  readonly [Area in keyof C]: { readonly [Name in keyof C[Area]]: CallOf<C[Area][Name]> };
};
