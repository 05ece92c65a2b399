import { listed } from './listed.ts'
import type { Subject } from './subject.ts'

/** A fence of Markdown, or a line that ends as lines of programs do. */
const CODE = /```|[;{}]\s*$/m

/** Whether something that is there already is to be changed or continued: the answer depends on every letter of it. */
export function asksForChange(subject: Subject): boolean {
  return CODE.test(subject.text) || listed(subject, 'edits').some((phrase) => subject.row.includes(phrase))
}
