import { readButtonId } from '../../core/buttons.ts';
import type { CommandCall } from '../../core/ports.ts';
import { Problem } from './problems.ts';

/** A press of a button, as the API takes it. */
export interface GivenPress {
  readonly button: string;
  readonly text?: string | undefined;
}

/** The command that a press calls. @throws Problem 400 */
export function readPress({ button, text }: GivenPress): Pick<CommandCall, 'name' | 'options'> {
  const press = readButtonId(button);
  if (press === undefined || !pressable.includes(press.command))
    throw wrong(
      'button',
      'This button does not work: press one of the conversation.',
      'there is no such button',
    );
  const { command, options, asks } = press;
  if (asks === undefined) {
    if (text !== undefined)
      throw wrong('text', 'Leave out the text: this button asks for none.', 'this button asks for none');
    return { name: command, options };
  }
  if (text === undefined)
    throw wrong('text', `Send a text with this button: ${asks.label}`, 'this button asks for it');
  return { name: command, options: { ...options, [asks.option]: text } };
}

function wrong(path: string, detail: string, message: string): Problem {
  return new Problem(400, detail, { errors: [{ path, message }] });
}

/** Commands that cards have buttons for; nothing else is called by a press. */
const pressable = ['image', 'file'];
