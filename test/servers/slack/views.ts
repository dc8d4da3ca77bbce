/** Modals: `views.open`, and what a person does with them. */
import { missing, Refusal, readText } from './arguments.ts';
import type { Method } from './methods.ts';
import { type OpenInteraction, openTrigger } from './presses.ts';
import type { CallArguments, Interaction, Modal, ModalInput } from './records.ts';
import type { StandInUser } from './types.ts';
import type { Workspace } from './workspace.ts';

/** A modal that may still be open. */
export type OpenModal = { -readonly [Key in keyof Modal]: Modal[Key] };

type Node = Readonly<Record<string, unknown>>;

const LONGEST = {
  ...{ title: 24, button: 24, privateMetadata: 3000, callbackId: 255, label: 2000, placeholder: 150 },
  ...{ blocks: 100, option: 75, optionValue: 150, options: 100, text: 3000 },
};

export const viewMethods: Record<string, Method> = { 'views.open': { run: open } };

function open(workspace: Workspace, args: CallArguments) {
  const { ground } = workspace;
  const triggerId = readText(args, 'trigger_id');
  const trigger = workspace.triggers.get(triggerId ?? '');
  if (!trigger) throw new Refusal('invalid_trigger_id');
  if (trigger.used) throw new Refusal('exchanged_trigger_id');
  if (ground.now() - trigger.at > ground.limits.triggerLifetimeMs) throw new Refusal('expired_trigger_id');
  if (typeof args.view !== 'object' || args.view === null) throw missing('view');
  const view = args.view as Node;
  const faults = [...faultsOf(view)];
  if (faults.length > 0) throw new Refusal('invalid_arguments', { response_metadata: { messages: faults } });
  trigger.used = true;
  const modal: OpenModal = {
    id: ground.id('V'),
    ...{ user: trigger.user.id, title: textOf(view.title), view, inputs: toInputs(view), open: true },
  };
  workspace.modals.push(modal);
  ground.changed();
  return { view: toWire(workspace, modal, {}) };
}

/** What is wrong with a view, in Slack's way of telling it. */
function* faultsOf(view: Node): Iterable<string> {
  const fault = (words: string, place: string) => `[ERROR] ${words} [json-pointer:/view/${place}]`;
  if (view.type !== 'modal') yield fault('unsupported type', 'type');
  for (const name of ['title', 'submit', 'close'] as const) {
    const most = name === 'title' ? LONGEST.title : LONGEST.button;
    if (view[name] === undefined && name !== 'title') continue;
    if (toNode(view[name]).type !== 'plain_text' || textOf(view[name]) === '')
      yield fault('missing text', name);
    if (textOf(view[name]).length > most)
      yield fault(`must be less than ${most + 1} characters`, `${name}/text`);
  }
  if (String(view.private_metadata ?? '').length > LONGEST.privateMetadata)
    yield fault('must be less than 3001 characters', 'private_metadata');
  if (String(view.callback_id ?? '').length > LONGEST.callbackId)
    yield fault('must be less than 256 characters', 'callback_id');
  const blocks = listOf(view.blocks);
  if (blocks.length === 0 || blocks.length > LONGEST.blocks)
    yield fault('must have 1 to 100 items', 'blocks');
  const inputs = toInputs(view);
  if (inputs.length > 0 && view.submit === undefined) yield fault('missing required field: submit', '');
  if (new Set(inputs.map(({ blockId }) => blockId)).size < inputs.length)
    yield fault('`block_id` already exists', 'blocks');
  for (const input of inputs) yield* inputFaults(input, fault);
}

function* inputFaults(
  { label, element, type, choices, blockId }: ModalInput,
  fault: (words: string, place: string) => string,
): Iterable<string> {
  const place = `blocks/${blockId}`;
  if (label === '' || label.length > LONGEST.label)
    yield fault('must have 1 to 2000 characters', `${place}/label`);
  const hint = textOf(element.placeholder);
  if (hint.length > LONGEST.placeholder)
    yield fault('must be less than 151 characters', `${place}/placeholder`);
  if (type === 'plain_text_input') {
    const most = Number(element.max_length ?? LONGEST.text);
    if (!(most >= 1 && most <= LONGEST.text)) yield fault('must be 1 to 3000', `${place}/max_length`);
  } else if (type === 'static_select') {
    if (choices.length === 0 || choices.length > LONGEST.options)
      yield fault('must have 1 to 100 items', place);
    for (const option of listOf(element.options)) {
      const [text, value] = [textOf(option.text), String(option.value ?? '')];
      if (text === '' || text.length > LONGEST.option) yield fault('must have 1 to 75 characters', place);
      if (value === '' || value.length > LONGEST.optionValue)
        yield fault('must have 1 to 150 characters', place);
    }
  } else if (type === 'number_input') {
    if (typeof element.is_decimal_allowed !== 'boolean') yield fault('missing is_decimal_allowed', place);
  } else yield fault(`unsupported type: ${type}`, place);
}

function toInputs(view: Node): readonly ModalInput[] {
  return listOf(view.blocks).flatMap((block, index) => {
    if (block.type !== 'input') return [];
    const element = toNode(block.element);
    return {
      blockId: String(block.block_id ?? `block-${index}`),
      actionId: String(element.action_id ?? `action-${index}`),
      ...{ type: String(element.type), label: textOf(block.label), element },
      optional: block.optional === true,
      choices: listOf(element.options).map(({ value }) => String(value)),
    };
  });
}

/** Sends a modal in. @throws where the form would not let a person do so */
export function submit(
  workspace: Workspace,
  user: StandInUser,
  modalId: string,
  values: Readonly<Record<string, string>>,
): Interaction {
  const { ground } = workspace;
  const modal = workspace.modals.find(({ id }) => id === modalId);
  if (!modal?.open || modal.user !== user.id) throw new Error(`${user.name} has no modal ${modalId} open.`);
  const state: Record<string, Record<string, unknown>> = {};
  for (const input of modal.inputs) {
    const value = values[input.label] ?? values[input.blockId];
    state[input.blockId] = { [input.actionId]: toState(input, value) };
  }
  const known = modal.inputs.flatMap(({ label, blockId }) => [label, blockId]);
  const strange = Object.keys(values).find((name) => !known.includes(name));
  if (strange !== undefined) throw new Error(`The modal ${modal.title} has no input ${strange}.`);
  const triggerId = openTrigger(workspace, user);
  const interaction: OpenInteraction = { triggerId, responseUrl: '', acknowledged: false, responses: [] };
  ground.send({
    ...{ id: triggerId, kind: 'interactive', type: 'interactive' },
    payload: {
      type: 'view_submission',
      team: { id: workspace.team.id, domain: workspace.team.name.toLowerCase() },
      user: { id: user.id, username: user.name, name: user.name, team_id: workspace.team.id },
      ...{ api_app_id: ground.appId, token: 'verification-token', trigger_id: triggerId },
      ...{
        view: toWire(workspace, modal, state),
        response_urls: [],
        is_enterprise_install: false,
        enterprise: null,
      },
    },
    acknowledged(body) {
      interaction.acknowledged = true;
      if (body !== undefined && body !== '') interaction.ackBody = body;
      // With errors for its inputs the person stays where they are.
      if ((body as { response_action?: string } | undefined)?.response_action !== 'errors')
        modal.open = false;
      ground.changed();
    },
    failed(failure) {
      interaction.failure = failure;
    },
  });
  return interaction;
}

/** The state of an input, as Slack tells it. @throws where a person could not enter that */
function toState({ type, label, optional, choices, element }: ModalInput, value: string | undefined): Node {
  if (value === undefined || value === '') {
    if (!optional) throw new Error(`“${label}” has to be filled in.`);
    return type === 'static_select' ? { type, selected_option: null } : { type, value: null };
  }
  if (type === 'static_select') {
    if (!choices.includes(value)) throw new Error(`“${label}” has no choice ${value}.`);
    const option = listOf(element.options).find((one) => one.value === value);
    return { type, selected_option: option };
  }
  if (type === 'number_input') {
    const [least, most] = [Number(element.min_value ?? -Infinity), Number(element.max_value ?? Infinity)];
    if (!(Number(value) >= least && Number(value) <= most)) throw new Error(`“${label}” can't be ${value}.`);
  } else if (value.length > Number(element.max_length ?? LONGEST.text))
    throw new Error(`“${label}” is too long.`);
  return { type, value };
}

function toWire(workspace: Workspace, modal: OpenModal, values: Node): Node {
  const { team, bot, ground } = workspace;
  return {
    private_metadata: '',
    callback_id: '',
    ...modal.view,
    ...{ id: modal.id, team_id: team.id, state: { values }, hash: `1.${modal.id}`, root_view_id: modal.id },
    ...{ app_id: ground.appId, bot_id: bot.botId, external_id: '', previous_view_id: null },
  };
}

function toNode(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

function listOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.map(toNode) : [];
}

function textOf(value: unknown): string {
  const { text } = toNode(value);
  return typeof text === 'string' ? text : '';
}
