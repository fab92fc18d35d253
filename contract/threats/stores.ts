// S: what may be wrong with what was stored, and with the place where it is stored.

/** Threats to stored records: ids `S01` to `S17`. */
export const storeThreats = {
  S01: 'A file is cut off, empty, or has something after its end: it is set aside, the error is typed, and only that record is lost.',
  S02: 'Bytes of a record are corrupt: they are never read as a token.',
  S03: 'A process is killed while it writes: the record is the old one or the new one, never a mixture.',
  S04: 'The disk is full, read-only or locked: the engine goes on from memory, says so, and tries to save later.',
  S05: 'Two processes write the same record: one write wins, and the other reads again before it decides.',
  S06: 'A record of another issuer, resource, client or subject comes back from a store: it is not used.',
  S07: 'A record of an older tool does not say its issuer: its refresh token is sent nowhere until the host says to which issuer it belongs.',
  S08: 'A record is of a newer version than this program knows: it is refused, and left as it is.',
  S09: 'A migration is interrupted: it can be run again, and the old records stay until the new ones are good.',
  S10: 'Others can reach the machine’s files: files and folders are for their owner alone, and symbolic links are not followed.',
  S11: 'Stored endpoints or issuers were tampered with: they are judged again when they are loaded.',
  S12: 'A write for one server would erase another server’s tokens: each record is written by itself.',
  S13: 'Browser storage is full or disabled: the engine works from memory.',
  S14: 'A tool keeps its records in a folder that is named after its version: logins survive an update, and are found.',
  S15: 'A person signs out: tokens are revoked where that is possible, and every copy is deleted, the journal included.',
  S16: 'Stored JSON has a member called `__proto__`: it changes nothing.',
  S17: 'A time in a record is absurd: it counts as unknown.',
} as const;
