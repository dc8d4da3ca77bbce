import { describeCards } from '../../contracts/card-surface.ts';
import { describePlatform } from '../../contracts/platform.ts';
import { createSubject } from './subject.ts';

describePlatform('Slack, Socket Mode, in a thread', () => createSubject('socket', 'channel'));
describePlatform('Slack, HTTP mode, in a thread', () => createSubject('http', 'channel'));
describePlatform('Slack, HTTP mode, in a direct message', () => createSubject('http', 'direct message'));
describeCards('Cards of Slack, Socket Mode, in a thread', () => createSubject('socket', 'channel'));
describeCards('Cards of Slack, HTTP mode, in a thread', () => createSubject('http', 'channel'));
describeCards('Cards of Slack, HTTP mode, in a direct message', () =>
  createSubject('http', 'direct message'),
);
