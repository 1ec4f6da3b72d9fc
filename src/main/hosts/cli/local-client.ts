import type { ClientOf, HandlersOf, Spec } from '../../../shared/contract/procedure.ts';
import { AppError } from '../../../shared/domain/app-error.ts';

type Specs = Readonly<Record<string, Spec>>;
type AnyHandler = (input: unknown, signal: AbortSignal) => Promise<unknown> | AsyncIterable<unknown>;

/** Handlers of this process as if they were asked over a connection: defaults are filled in, questions are checked. */
export function localClient<S extends Specs>(
  specs: S,
  handlers: HandlersOf<{ area: S }>['area'],
): ClientOf<{ area: S }>['area'] {
  const never = new AbortController().signal;
  const calls = Object.entries(specs).map(([name, spec]) => [
    name,
    async (input: unknown, options: { readonly signal?: AbortSignal } = {}): Promise<unknown> => {
      const { data, error } = spec.input.safeParse(input);
      if (error !== undefined)
        throw new AppError('request.invalid', `${name}: ${error.issues[0]?.message ?? 'not valid'}.`, {
          field: error.issues[0]?.path.join('.') ?? '',
        });
      const handler = (handlers as Readonly<Record<string, AnyHandler>>)[name];
      return handler?.(data, options.signal ?? never);
    },
  ]);
  return Object.fromEntries(calls) as ClientOf<{ area: S }>['area'];
}
