import { expect, it } from 'vitest'
import { splitNotes } from './notes'

const note = (size: number) => `log\n${size}\nroot\n\n\u2014 log sig\n\u2014 witness sig\n`

it('takes checkpoints as they were kept, one or several', () => {
  expect(splitNotes('')).toEqual([])
  expect(splitNotes(' \n\n')).toEqual([])
  expect(splitNotes(note(1))).toEqual([note(1)])
  expect(splitNotes(`${note(1)}\n${note(2)}`)).toEqual([note(1), note(2)])
  expect(splitNotes(note(1) + note(2))).toEqual([note(1), note(2)])
  expect(splitNotes(note(1).replaceAll('\n', '\r\n'))).toEqual([note(1)])
  expect(splitNotes('no checkpoint')).toEqual(['no checkpoint\n'])
})
