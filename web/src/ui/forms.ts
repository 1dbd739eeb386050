/** What forms have in common: reading their texts, and the call that they make. */
import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query'

export function formText(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

interface ActionOptions<Output> {
  /** What is fetched anew afterwards: everything whose key begins like one of these. */
  renews?: readonly QueryKey[]
  onDone?: (output: Output) => void
}

/** A call that changes something; what it changes on the page is there before it counts as done. */
export function useAction<Input = void, Output = void>(
  run: (input: Input) => Promise<Output>,
  { renews = [], onDone }: ActionOptions<Output> = {},
) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess: async (output) => {
      await Promise.all(renews.map((queryKey) => queryClient.invalidateQueries({ queryKey })))
      onDone?.(output)
    },
  })
}
