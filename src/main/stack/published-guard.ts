import type { StackState } from '../../shared/contract/stack.ts';
import { AppError } from '../../shared/domain/app-error.ts';

/**
 * Before what would change the published stack, or what only a stack of this application's own can do.
 *
 * @throws AppError `stack.published-as-it-is`
 */
export function mustBeOwn(stack: { state(): Pick<StackState, 'kind'> }): void {
  if (stack.state().kind === 'published')
    throw new AppError(
      'stack.published-as-it-is',
      'The published stack is used as it is: this would change it.',
    );
}
