import { listed } from './listed.ts'
import type { Subject } from './subject.ts'

/** A year from the last century's end on, or a date: what is asked of it may be another thing soon. */
const DATE = / (?:(?:19[89]|20\d)\d|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}) /

/** Whether the answer may be another one tomorrow. */
export function isTimely(subject: Pick<Subject, 'row' | 'languages'>): boolean {
  return DATE.test(subject.row) || listed(subject, 'timely').some((phrase) => subject.row.includes(phrase))
}
