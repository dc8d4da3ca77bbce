import { readable } from './unreadable.ts';

const archives = new Set(['zip', 'tar', 'tar.gz', 'gz', 'bz2', 'xz', '7z', 'rar', 'zst', 'lz', 'lz4', 'cab']);
const programs = new Set(['exe', 'elf', 'macho', 'class', 'wasm', 'deb', 'rpm', 'apk', 'dmg', 'lnk', 'jar']);
const spreadsheets = new Set(['xlsx', 'xlsm', 'xltx', 'xltm', 'ods', 'ots', 'numbers']);
const slides = new Set(['pptx', 'pptm', 'potx', 'ppsx', 'odp', 'otp', 'key']);
const documents = new Set([
  'rtf',
  'odt',
  'ott',
  'pages',
  'docm',
  'dotx',
  'dotm',
  'epub',
  'mobi',
  'ps',
  'eps',
]);
const designs = new Set(['psd', 'xcf', 'indd', 'dwg', 'skp', 'vsdx']);

/** Names that promise something which text never is. */
const neverText = new Set([
  ...['png', 'jpg', 'jpeg', 'gif', 'webp', 'heic', 'avif', 'tif', 'tiff', 'bmp', 'pdf', 'docx', 'doc'],
  ...['ogg', 'oga', 'opus', 'mp3', 'm4a', 'mp4', 'mov', 'wav', 'flac', 'webm', 'aac'],
  ...archives,
  ...spreadsheets,
  ...slides,
]);
// Also the ending of keys and certificates, which are text.
neverText.delete('key');

/** True where a file of that ending can't be text: then its text is not what the person meant to send. */
export function promisesMoreThanText(extension: string): boolean {
  return neverText.has(extension);
}

/** What is the matter with a file of a kind that is not read, as `unreadable` takes it. */
export function refusalOf(extension: string, mime: string): string {
  if (programs.has(extension)) return `is a program, which I can’t read: send ${readable}`;
  if (archives.has(extension)) return 'is an archive: unpack it and send the files themselves';
  if (spreadsheets.has(extension)) return 'is a spreadsheet, which I can’t read: send it as CSV or PDF';
  if (slides.has(extension)) return 'holds slides, which I can’t read: send it as PDF';
  if (documents.has(extension)) return 'is a document of a kind I can’t read: send it as PDF or DOCX';
  if (designs.has(extension) || mime.startsWith('image/')) {
    return 'is a picture of a kind I can’t read: send it as PNG or JPEG';
  }
  if (mime.startsWith('audio/')) return 'is sound of a kind I can’t read: send it as MP3, M4A, OGG or WAV';
  if (mime.startsWith('video/'))
    return 'is a video of a kind I can’t listen to: send it as MP4, or its sound as MP3';
  return `is of a kind I can’t read: send ${readable}`;
}
