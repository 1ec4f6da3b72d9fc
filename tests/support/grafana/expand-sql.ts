/** What Grafana knows when it runs a query of a panel. */
export interface QueryContext {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of `$__interval_ms`: the step that suits the width of the panel. */
  readonly intervalMs: number;
  /** Chosen values of the dashboard's variables, each of several values. */
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

const stamp = (ms: number): string => `'${new Date(ms).toISOString()}'`;

/** Every macro of the PostgreSQL data source that the dashboards may use; arguments as written, trimmed. */
const macros: Readonly<Record<string, (context: QueryContext, args: readonly string[]) => string>> = {
  __timeFilter: ({ fromMs, toMs }, args) => {
    const [column] = args;
    if (args.length !== 1 || column === undefined || column === '')
      throw new Error('$__timeFilter takes one column');
    return `${column} BETWEEN ${stamp(fromMs)} AND ${stamp(toMs)}`;
  },
  __timeFrom: ({ fromMs }) => stamp(fromMs),
  __timeTo: ({ toMs }) => stamp(toMs),
};

/** The form that a macro's call must have; an argument cannot hold a bracket. */
const call = /\$([_a-zA-Z0-9]+)\(([^)]*)\)/g;

/**
 * A query as the database gets it: first the variables (a variable of several values becomes a list of quoted
 * texts), then the macros. As documented for the PostgreSQL data source of Grafana 11 and 12.
 *
 * @throws Error at a variable or macro that is not known here, so that nothing passes unexpanded
 */
export function expandSql(sql: string, context: QueryContext): string {
  const withVariables = sql.replaceAll(/\$(\w+)(?!\w|\()/g, (_, name: string) => {
    if (name === '__interval_ms') return String(context.intervalMs);
    const values = Object.hasOwn(context.variables, name) ? context.variables[name] : undefined;
    if (values === undefined) throw new Error(`unknown variable $${name}`);
    return values.map((value) => `'${value.replaceAll("'", "''")}'`).join(',');
  });
  const expanded = withVariables.replaceAll(call, (_, name: string, args: string) => {
    const macro = Object.hasOwn(macros, name) ? macros[name] : undefined;
    if (macro === undefined) throw new Error(`unknown macro $${name}`);
    return macro(
      context,
      args.split(',').map((argument) => argument.trim()),
    );
  });
  if (/\$\{|\$\w|\[\[/.test(expanded)) throw new Error(`something is left to expand in: ${expanded}`);
  return expanded;
}
