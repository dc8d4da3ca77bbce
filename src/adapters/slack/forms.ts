import type { types, webApi } from '@slack/bolt';
import { toPlainText } from './escape.ts';
import { asPayload, type Payload, textOf } from './payload.ts';

/** A form that somebody is shown; Slack calls it a modal. */
export interface Form {
  /** Which form it is: comes back with what was filled in. */
  readonly id: string;
  readonly title: string;
  /** What to remember until then: plain JSON, of at most 3,000 characters. People don't see it. */
  readonly note: Readonly<Record<string, string>>;
  readonly inputs: readonly FormInput[];
}

/** An input of a {@link Form}. */
export interface FormInput {
  readonly name: string;
  readonly label: string;
  readonly optional: boolean;
  readonly element: types.InputBlock['element'];
}

/** A form that somebody has filled in. */
export interface FilledForm {
  /** Of this one form, as it was shown to one person once. */
  readonly viewId: string;
  /** As of {@link Form}. */
  readonly note: Readonly<Record<string, string>>;
  /** By name of the input; what was left empty is absent. */
  readonly values: Readonly<Record<string, string>>;
  readonly user: { readonly id: string; readonly name?: string; readonly team?: string };
}

/**
 * Shows a form. Makes one call, which Slack takes only in the three seconds after what the person did.
 * @throws where Slack does not show it
 */
export async function openForm(
  client: webApi.WebClient,
  triggerId: string,
  { id, title, note, inputs }: Form,
): Promise<void> {
  await client.views.open({
    trigger_id: triggerId,
    view: {
      type: 'modal',
      callback_id: id,
      title: toLabel(title, mostTitle),
      submit: toLabel('Send', mostTitle),
      close: toLabel('Cancel', mostTitle),
      private_metadata: JSON.stringify(note),
      blocks: inputs.map(({ name, label, optional, element }) => ({
        type: 'input',
        block_id: name,
        label: toLabel(label, mostLabel),
        optional,
        element,
      })),
    },
  });
}

/** Reads a `view_submission`, or gives `undefined` where it is none of a {@link Form}. */
export function readFilledForm(body: unknown): FilledForm | undefined {
  const payload = asPayload(body);
  const view = asPayload(payload?.view);
  const user = asPayload(payload?.user);
  const [viewId, userId] = [textOf(view, 'id'), textOf(user, 'id')];
  const note = readNote(textOf(view, 'private_metadata'));
  if (viewId === undefined || userId === undefined || note === undefined) return undefined;
  const state = asPayload(asPayload(view?.state)?.values) ?? {};
  const values = Object.entries(state).flatMap(([name, actions]) => {
    const [entered] = Object.values(asPayload(actions) ?? {});
    const value = readValue(asPayload(entered))?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  const [name, team] = [textOf(user, 'name') ?? textOf(user, 'username'), textOf(user, 'team_id')];
  return {
    viewId,
    note,
    values: Object.fromEntries(values),
    user: { id: userId, ...(name === undefined ? {} : { name }), ...(team === undefined ? {} : { team }) },
  };
}

/** Text of a form as Slack takes it, in so many characters. */
export function toLabel(text: string, most: number): types.PlainTextElement {
  const characters = [...toPlainText(text)];
  const shown = characters.length <= most ? characters : [...characters.slice(0, most - 1), '…'];
  return { type: 'plain_text', text: shown.join('') };
}

const mostTitle = 24;
const mostLabel = 2_000;

function readNote(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  try {
    const note = asPayload(JSON.parse(text));
    const entries = Object.entries(note ?? {}).filter(([, value]) => typeof value === 'string');
    return note === undefined ? undefined : (Object.fromEntries(entries) as Readonly<Record<string, string>>);
  } catch {
    return undefined; // not ours; counted by the caller
  }
}

function readValue(entered: Payload | undefined): string | undefined {
  return textOf(entered, 'value') ?? textOf(asPayload(entered?.selected_option), 'value');
}
