/**
 * A text of the kit's with its commands as they are to be typed here: the kit names `tollgate ledger init`, and only the
 * gateway knows which config it needs.
 *
 * @param file the config, as it was named; undefined where there is none, and commands need none.
 */
export function runnable(text: string, file: string | undefined): string {
  if (file === undefined) return text
  return text.replace(COMMAND, (command) => `${command} --config ${quoted(file)}`)
}

/** Whether a text says which command mends what it tells of. */
export function namesCommand(text: string): boolean {
  return text.search(COMMAND) !== -1
}

/** Within back quotes, and not told its config yet. */
const COMMAND = /(?<=`)tollgate (?![^`]*--config)[^`]+(?=`)/g

/** As a shell takes it for one word. */
function quoted(file: string): string {
  return /^[\w./@+-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`
}
