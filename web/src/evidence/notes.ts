/** Checkpoints one after the other, as anchors append them: one ends where a line without signature follows one. */
export function splitNotes(text: string): string[] {
  const notes: string[] = []
  let note = ''
  let isSigned = false
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    const isSignature = line.startsWith('\u2014 ')
    if (isSigned && !isSignature) {
      notes.push(note)
      note = ''
    }
    if (note !== '' || line !== '') note += `${line}\n`
    isSigned = isSignature
  }
  return note.trim() === '' ? notes : [...notes, note]
}
