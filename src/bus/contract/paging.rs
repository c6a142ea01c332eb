//! Pages of lists that are read from a database, from the end that is asked for.

use super::{Listed, Page, Take};

impl<C> Page<C> {
    /// Whether the list is read from its end backwards.
    pub fn is_from_the_end(&self) -> bool {
        matches!(self.take, Take::Last(_))
    }

    /// How many rows between `after` and `before` are to be read at most: one more than wanted, which tells that there are more.
    pub fn rows_to_read(&self) -> u64 {
        u64::from(self.take.count()) + 1
    }

    /// The part that is asked for, of `rows`: those between `after` and `before`, from the end that is asked for, at least
    /// [`rows_to_read`](Self::rows_to_read) of them where there are so many.
    pub fn listed<T>(&self, mut rows: Vec<T>) -> Listed<T> {
        let wanted = self.take.count() as usize;
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        if self.is_from_the_end() {
            rows.reverse();
        }
        // A cursor is a place of the list: there is something on its other side.
        let has_next = self.before.is_some() || (more && !self.is_from_the_end());
        let has_previous = self.after.is_some() || (more && self.is_from_the_end());
        Listed { entries: rows, has_next, has_previous }
    }
}

#[cfg(test)]
mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The list is 0, 1, 2, … and a cursor is one of its entries.
        #[test]
        fn a_page_is_the_part_of_the_list_and_knows_what_is_around_it(
            (length, after, before) in (1..12_usize).prop_flat_map(|length| {
                (Just(length), option::of(0..length), option::of(0..length))
            }),
            count in 1..14_u32,
            from_the_end: bool,
        ) {
            let list: Vec<usize> = (0..length).collect();
            let between = |at: &usize| after.is_none_or(|after| *at > after) && before.is_none_or(|before| *at < before);
            let window: Vec<usize> = list.iter().copied().filter(between).collect();
            let take = if from_the_end { Take::Last(count) } else { Take::First(count) };
            let page = Page { take, after, before };

            let mut read = window.clone();
            if from_the_end {
                read.reverse();
            }
            read.truncate(usize::try_from(page.rows_to_read()).unwrap());
            let listed = page.listed(read);

            let left_out = window.len().saturating_sub(count as usize);
            let (first, last) = if from_the_end { (left_out, window.len()) } else { (0, window.len() - left_out) };
            prop_assert_eq!(&listed.entries, &window[first..last]);
            let is_after = |at: &usize| listed.entries.last().is_some_and(|end| at > end) || before.is_some_and(|before| *at >= before);
            let is_before = |at: &usize| listed.entries.first().is_some_and(|start| at < start) || after.is_some_and(|after| *at <= after);
            prop_assert_eq!(listed.has_next, list.iter().any(is_after));
            prop_assert_eq!(listed.has_previous, list.iter().any(is_before));
        }
    }
}
