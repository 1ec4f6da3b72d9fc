import type { ReactElement, ReactNode } from 'react';

/** The title is the answer in plain words, the subtitle its cause. */
export function PageHead({
  title,
  subtitle,
  actions,
  above,
}: {
  readonly title: ReactNode;
  readonly subtitle: ReactNode;
  readonly actions?: ReactNode;
  readonly above?: ReactNode;
}): ReactElement {
  return (
    <header className="page-head">
      <div>
        {above}
        <h1>{title}</h1>
        <p className="secondary">{subtitle}</p>
      </div>
      <div className="row-of">{actions}</div>
    </header>
  );
}

export function EmptyState({
  title,
  body,
  action,
}: {
  readonly title: string;
  readonly body: string;
  readonly action?: ReactNode;
}): ReactElement {
  return (
    <section className="empty-state">
      <h2>{title}</h2>
      <p className="secondary">{body}</p>
      {action}
    </section>
  );
}
