// Runs in a frame or window of another origin: a receiver as Stately's own library makes it, which keeps what it gets.
import { createBrowserReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';

const receiver = {
  got: [] as StatelyInspectionEvent[],
  /** It was told that nothing more comes. */
  hasEnded: false,
};
export type Receiver = typeof receiver;
Object.assign(globalThis, { receiver });

addEventListener('message', ({ data }) => {
  if (Object(data).type === '@statelyai.disconnected') receiver.hasEnded = true;
});
createBrowserReceiver().subscribe((message) => void receiver.got.push(message));
