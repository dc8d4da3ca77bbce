import { createAnnouncer } from './announcer.js';
import { readAbout } from './api.js';
import { createComposer } from './composer.js';
import { createConversation } from './conversation.js';
import { askPersona, showHelp } from './dialogs.js';
import { find } from './dom.js';
import { keepDraft } from './drafts.js';
import { createDrawer } from './drawer.js';
import { listenForKeys } from './keys.js';
import { createScroll } from './scroll.js';
import { createSidebar } from './sidebar.js';
import { createTabs } from './tabs.js';
import { createThread } from './thread.js';
import { toastFault } from './toast.js';
import { createWelcome } from './welcome.js';

/** Puts the page together: the only file that sees all of it. */

const heading = find('#title', HTMLElement);
const badge = find('#model', HTMLElement);
const personaButton = find('#persona', HTMLButtonElement);
const clearButton = find('#clear', HTMLButtonElement);
const connectionState = find('#connection', HTMLElement);

/** @type {import('./api.js').About} */
let about = {
  ...{ model: '', demo: false, version: '', login: false, commands: [] },
  mostUploadBytes: Number.POSITIVE_INFINITY,
};

const scroll = createScroll(find('#messages', HTMLElement), find('#to-end', HTMLButtonElement));
const drawer = createDrawer();
const thread = createThread(find('#thread', HTMLElement), {
  onRender: scroll.keep,
  onRegenerate: () => void conversation.regenerate(),
  onUndo: () => void conversation.undo(),
  onPress: (button, text) => void conversation.press(button, text),
  createWelcome: () => createWelcome(about.demo, (question) => void conversation.send(question)),
});
const composer = createComposer({
  onSend: (text, attachments) => void conversation.send(text, attachments),
  onStop: () => void conversation.stop(),
  mostFileBytes: () => about.mostUploadBytes,
  commands: () => commands(),
});
const sidebar = createSidebar({
  onDelete(id) {
    keepDraft(id, '');
    tabs.tell({ kind: 'deleted', conversation: id });
    if (id === conversation.id) go('');
  },
  onRename: announceChange,
});
const tabs = createTabs(({ kind, conversation: id }) => {
  void sidebar.refresh();
  if (id !== conversation.id) return;
  if (kind === 'deleted') go('');
  else void conversation.catchUp();
});
const conversation = createConversation({
  thread,
  composer,
  announcer: createAnnouncer(find('#announcements', HTMLElement)),
  onAsk: scroll.jump,
  onState: showState,
  onConnection: (connected) => {
    connectionState.hidden = connected;
  },
  onBegin(id) {
    history.replaceState(null, '', `#${id}`);
    sidebar.mark(id);
  },
  onChange: announceChange,
});

/** @param {string} id */
function announceChange(id) {
  tabs.tell({ kind: 'changed', conversation: id });
  void sidebar.refresh().then(showTitle);
}

/** @param {import('./conversation.js').State} state */
function showState({ title, persona, isEmpty, running }) {
  document.body.classList.toggle('running-turn', running);
  clearButton.disabled = isEmpty;
  personaButton.classList.toggle('set', persona !== '');
  personaButton.title = persona === '' ? 'Persona: Parley’s own' : `Persona: ${persona.slice(0, 200)}`;
  find('#persona-state', HTMLElement).textContent = persona === '' ? '' : ' (set)';
  showTitle(title);
}

/** @param {string | void} known */
function showTitle(known) {
  const title = sidebar.titleOf(conversation.id) ?? (known || 'New chat');
  heading.textContent = title;
  document.title = conversation.id === '' ? 'Parley' : `${title} · Parley`;
}

/** @param {string} id empty: a new conversation */
function go(id) {
  const wanted = id === '' ? location.pathname : `#${id}`;
  if (idOfAddress() !== id) history.pushState(null, '', wanted);
  openAddress();
}

function openAddress() {
  const id = idOfAddress();
  drawer.close();
  sidebar.mark(id);
  void conversation.open(id).then(scroll.jump);
  composer.focus();
}

function idOfAddress() {
  const id = location.hash.slice(1);
  return /^[\w-]{1,64}$/.test(id) ? id : '';
}

async function showModel() {
  try {
    about = await readAbout();
  } catch (error) {
    toastFault(error);
    return;
  }
  const [name, more] = badge.children;
  name?.replaceChildren(about.demo ? 'Demo model' : about.model);
  more?.replaceChildren(about.demo ? ': canned answers' : '');
  badge.classList.toggle('demo', about.demo);
  badge.hidden = false;
  find('#log-out', HTMLElement).hidden = !about.login;
  thread.welcome();
}

/** All that is written here is asked: there is no need for `/ask`. */
function commands() {
  return about.commands.filter(({ name }) => name !== 'ask');
}

async function changePersona() {
  const next = await askPersona(conversation.persona);
  if (next !== undefined) await conversation.setPersona(next);
}

addEventListener('popstate', () => idOfAddress() === conversation.id || openAddress());
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  void sidebar.refresh();
  void conversation.refresh();
});
find('#skip', HTMLAnchorElement).addEventListener('click', (event) => {
  // The address names the conversation, not a place on the page.
  event.preventDefault();
  find('#question', HTMLTextAreaElement).focus();
});
find('#new-chat', HTMLButtonElement).addEventListener('click', () => go(''));
find('#show-help', HTMLButtonElement).addEventListener('click', () => void showHelp(commands()));
personaButton.addEventListener('click', () => void changePersona());
clearButton.addEventListener('click', () => void conversation.clear());
listenForKeys({
  onEscape() {
    if (drawer.isOpen) drawer.close();
    else void conversation.stop();
  },
  onFocus: composer.focus,
  onNew: () => go(''),
});

openAddress();
void showModel();
void sidebar.refresh().then(showTitle);
