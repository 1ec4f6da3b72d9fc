import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { composeFile, type ComposeFile } from './compose-schema.ts';
import { interpolateAll } from './interpolation.ts';

const longestFileBytes = 200_000;

/**
 * Reads a Compose file with its variables.
 *
 * @param variables as `.env` and the application give them
 * @throws AppError `compose.invalid` with place and line of the first fault; `compose.variable-missing`
 */
export function readComposeFile(
  content: string,
  variables: Readonly<Record<string, string | undefined>>,
): ComposeFile {
  if (content.length > longestFileBytes) throw invalid('the file', 'it is too long', null);
  const lines = new LineCounter();
  // Aliases could make a small file a huge one.
  const document = parseDocument(content, {
    lineCounter: lines,
    uniqueKeys: true,
    maxAliasCount: 0,
  } as object);
  const [fault] = document.errors;
  if (fault !== undefined)
    throw invalid('the file', fault.message.split('\n')[0] ?? '', lines.linePos(fault.pos[0]).line);
  const plain = plainValue(document);
  const parsed = composeFile.safeParse(interpolateAll(plain, variables, ''));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = [...(issue?.path ?? [])].map(String);
    if (issue?.code === 'unrecognized_keys') path.push(...issue.keys.slice(0, 1));
    const text =
      issue?.code === 'unrecognized_keys' ? 'is not understood by this application' : (issue?.message ?? '');
    throw invalid(path.join('.') || 'the file', text, lineOf(document, path, lines));
  }
  checkReferences(parsed.data, (path) => lineOf(document, path, lines));
  return parsed.data;
}

function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch {
    throw invalid('the file', 'YAML anchors and aliases are not understood by this application', null);
  }
}

/** Names that a service uses must be declared, and nothing may wait for itself. */
function checkReferences(file: ComposeFile, line: (path: readonly string[]) => number | null): void {
  const { services, networks, volumes, secrets } = file;
  for (const [name, service] of Object.entries(services)) {
    const needs: [string, string, object][] = [
      ...service.networks.map((item): [string, string, object] => ['networks', item, networks]),
      ...service.secrets.map((item): [string, string, object] => ['secrets', item, secrets]),
      ...service.volumes.flatMap((item): [string, string, object][] =>
        item.kind === 'volume' ? [['volumes', item.name, volumes]] : [],
      ),
      ...Object.keys(service.depends_on).map((item): [string, string, object] => [
        'depends_on',
        item,
        services,
      ]),
    ];
    for (const [key, item, declared] of needs) {
      if (Object.hasOwn(declared, item)) continue;
      throw invalid(
        `services.${name}.${key}`,
        `"${item}" is declared nowhere`,
        line(['services', name, key]),
      );
    }
  }
  startOrder(file);
}

/**
 * Services so that each comes after those that it depends on; otherwise as the file has them.
 *
 * @throws AppError `compose.invalid` when they wait for each other
 */
export function startOrder({ services }: Pick<ComposeFile, 'services'>): readonly string[] {
  const order: string[] = [];
  const onTheWay = new Set<string>();
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    if (onTheWay.has(name))
      throw invalid(`services.${name}.depends_on`, 'services wait for each other in a circle', null);
    onTheWay.add(name);
    for (const needed of Object.keys(services[name]?.depends_on ?? {})) visit(needed);
    onTheWay.delete(name);
    order.push(name);
  };
  for (const name of Object.keys(services)) visit(name);
  return order;
}

function lineOf(document: Document, path: readonly string[], lines: LineCounter): number | null {
  // The nearest part of the path that the file has: a missing key has no place of its own.
  for (let length = path.length; length > 0; length--) {
    const keys = path.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.getIn(keys, true);
    const start = isNode(node) ? node.range?.[0] : undefined;
    if (start !== undefined) return lines.linePos(start).line;
  }
  return null;
}

function invalid(where: string, text: string, line: number | null): AppError {
  const place = line === null ? where : `${where} (line ${line})`;
  return new AppError('compose.invalid', `compose.yaml: ${place}: ${text}.`, { where, text, line });
}
