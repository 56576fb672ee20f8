/** The composition root: starts from the far end, stops from the near end, undoes in reverse. */
