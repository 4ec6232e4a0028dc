import { readEnv } from '#process';
import { chatEnv } from './chat.env.ts';
import { startChat } from './start-chat.ts';

await startChat(readEnv(chatEnv));
