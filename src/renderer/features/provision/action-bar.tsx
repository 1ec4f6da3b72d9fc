import type { ReactElement, ReactNode } from 'react';

/** What will happen and how long it takes, with the buttons for it. */
export function ActionBar(props: {
  readonly title: string;
  readonly body: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <footer className="action-bar">
      <div>
        <p className="strong">{props.title}</p>
        <p className="secondary">{props.body}</p>
      </div>
      <div className="row-of">{props.children}</div>
    </footer>
  );
}
