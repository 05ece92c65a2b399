// npm falls back to the Node on PATH when the pinned one was not installed (`--ignore-scripts`).
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Tollgate needs Node 22.19 or newer, and this is ${process.version}. ` +
      'Run `npm ci` without --ignore-scripts: it installs Node 24 into node_modules.',
  )
  process.exit(1)
}
