/** A field first, then the condition on it. */
import { useState } from 'react'
import type { Field } from '../../api/types'
import { FieldMenu } from './FieldMenu'
import FilterEditor from './FilterEditor'

export default function NewFilter({ onDone }: { onDone: () => void }) {
  const [field, setField] = useState<Field>()
  return field ? (
    <FilterEditor
      key={field.name}
      field={field}
      onBack={() => setField(undefined)}
      onDone={onDone}
    />
  ) : (
    <FieldMenu onChoose={setField} />
  )
}
