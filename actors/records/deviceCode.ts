// The record of a device code, for the actors that work on it.
import { refuse } from '../../contract/errors.ts';
import { type DeviceRecord, keys } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';

/** @throws AuthError `login_timed_out` when it is gone: expired, cancelled or finished elsewhere. */
export async function readDevice(tools: Pick<Tools, 'records'>, key: string): Promise<DeviceRecord> {
  const found = await tools.records.read(keys.as('device', key));
  return found?.value ?? refuse('login_timed_out', 'authorizing', 'This login was ended; log in again.');
}
