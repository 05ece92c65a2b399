import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A bug to sow: in this file, this text becomes that. */
export interface Edit {
  /** From the folder that is copied. */
  readonly file: string
  readonly find: string
  readonly put: string
}

export interface Mutant {
  /** What the ledger would do wrong, as one would tell it after the incident. */
  readonly name: string
  readonly edits: readonly Edit[]
}

/**
 * Copy folders of code, with a bug in them.
 *
 * @param from the folder whose parts are copied.
 * @param parts folders and files in it.
 * @returns the copy's folder; the caller removes it.
 * @throws Error when a text to replace is not found exactly once: the list of bugs has to follow the code.
 */
export function mutatedCopy(from: string, parts: readonly string[], { edits }: Mutant): string {
  const copy = mkdtempSync(join(tmpdir(), 'tollgate-mutant-'))
  try {
    for (const part of parts) cpSync(join(from, part), join(copy, part), { recursive: true })
    for (const edit of edits) sow(copy, edit)
    return copy
  } catch (error) {
    rmSync(copy, { recursive: true })
    throw error
  }
}

/**
 * Whether a mutant could be sown: the cheap half of finding it.
 *
 * @throws Error when a text to replace is not found exactly once.
 */
export function checkMutant(from: string, { edits }: Mutant): void {
  const texts = new Map<string, string>()
  for (const edit of edits) {
    const text = texts.get(edit.file) ?? readFileSync(join(from, edit.file), 'utf8')
    texts.set(edit.file, replaced(text, edit))
  }
}

function sow(copy: string, edit: Edit): void {
  const path = join(copy, edit.file)
  writeFileSync(path, replaced(readFileSync(path, 'utf8'), edit))
}

function replaced(text: string, { file, find, put }: Edit): string {
  const [before, after, ...more] = text.split(find)
  if (after === undefined) throw new Error(`${file} has no "${find}": let the mutant follow the code`)
  if (more.length > 0) throw new Error(`${file} has "${find}" more than once: let the mutant say which`)
  return before + put + after
}
