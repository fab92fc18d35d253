// One thing that `doctor` has looked at.

/** What was found, and what a person can do about it. */
export interface Finding {
  readonly about: string;
  /** `note`: worth knowing, and nothing is wrong. */
  readonly state: 'good' | 'note' | 'bad';
  readonly text: string;
  readonly todo?: string;
}

/** Makes findings about one subject. */
export function about(subject: string) {
  const finding =
    (state: Finding['state']) =>
    (text: string, todo?: string): Finding => ({
      about: subject,
      state,
      text,
      ...(todo !== undefined && { todo }),
    });
  return { good: finding('good'), note: finding('note'), bad: finding('bad') };
}
