//! A span of days, cut where companies were moved: within a piece everybody has the same companies above.

use std::collections::BTreeSet;

use entity::{Day, Timestamp};

use crate::bus::contract::Period;

/// More pieces than this are not told apart by cases: each day is a piece then.
const MOST: usize = 100;

/// The pieces of a span. On a day of moves, who was above whom depends on the instant; such a day is a piece of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segments {
    first: Day,
    /// The first day of the period; what is before it is of the period before.
    period_from: Day,
    /// The last day of each piece, sorted.
    ends: Vec<Day>,
    days_of_moves: BTreeSet<Day>,
}

/// One piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its first day.
    pub(super) first: Day,
    /// Whether companies were moved on it: then it is one day.
    pub(super) of_moves: bool,
    /// Whether it is of the period before.
    pub(super) before: bool,
}

impl Segments {
    /// The pieces of `period`, and of the one before too where `with_before` says so, cut by `moves`.
    pub(super) fn new(period: Period, with_before: bool, moves: impl IntoIterator<Item = Timestamp>) -> Self {
        let first = Day::from(if with_before { period.before().from } else { period.from });
        let (period_from, last) = (Day::from(period.from), Day::from(period.to));
        let within = |day: &Day| (first..=last).contains(day);
        let days_of_moves: BTreeSet<Day> = moves.into_iter().map(Day::from).filter(within).collect();
        let cuts = days_of_moves.iter().flat_map(|&day| [Day(day.0 - 1), day]);
        let ends: BTreeSet<Day> = cuts.chain([Day(period_from.0 - 1), last]).filter(within).collect();
        Self { first, period_from, ends: ends.into_iter().collect(), days_of_moves }
    }

    /// The first day and the last.
    pub(super) fn days(&self) -> (Day, Day) {
        (self.first, self.ends.last().copied().unwrap_or(self.period_from))
    }

    /// The last day of each piece, by which pieces are numbered from 0; nothing where they are so many that a piece's number is its day.
    pub(super) fn ends(&self) -> Option<&[Day]> {
        (self.ends.len() <= MOST).then_some(&self.ends)
    }

    /// The piece of this number.
    pub(super) fn segment(&self, number: i32) -> Segment {
        let first = match (self.ends(), usize::try_from(number)) {
            (Some(ends), Ok(number)) => {
                let before = number.checked_sub(1).and_then(|before| ends.get(before));
                before.map_or(self.first, |end| Day(end.0 + 1))
            }
            _ => Day(number),
        };
        Segment { first, of_moves: self.days_of_moves.contains(&first), before: first < self.period_from }
    }

    /// Whether a day is of the period before.
    pub(super) fn is_before(&self, day: Day) -> bool {
        day < self.period_from
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const PERIOD: Period = Period { from: date!(2026 - 11 - 11), to: date!(2026 - 11 - 20) };

    fn segments(with_before: bool, moves: &[time::Date]) -> Vec<(Day, bool, bool)> {
        let segments =
            Segments::new(PERIOD, with_before, moves.iter().map(|day| Timestamp(Timestamp::start_of(*day).0 + 1)));
        let all = (0..).take(segments.ends().expect("few").len()).map(|number| segments.segment(number));
        all.map(|segment| (segment.first, segment.of_moves, segment.before)).collect()
    }

    fn day(day: time::Date) -> Day {
        day.into()
    }

    #[test]
    fn without_moves_there_is_a_piece_for_each_period() {
        assert_eq!(segments(false, &[]), [(day(PERIOD.from), false, false)]);
        let both = [(day(date!(2026 - 11 - 01)), false, true), (day(PERIOD.from), false, false)];
        assert_eq!(segments(true, &[date!(2026 - 10 - 31), date!(2026 - 11 - 21)]), both);
    }

    #[test]
    fn a_day_of_moves_is_a_piece_of_its_own() {
        let moves = [PERIOD.from, date!(2026 - 11 - 15), date!(2026 - 11 - 16), PERIOD.to];
        let expected = [
            (day(PERIOD.from), true, false),
            (day(date!(2026 - 11 - 12)), false, false),
            (day(date!(2026 - 11 - 15)), true, false),
            (day(date!(2026 - 11 - 16)), true, false),
            (day(date!(2026 - 11 - 17)), false, false),
            (day(PERIOD.to), true, false),
        ];
        assert_eq!(segments(false, &moves), expected);
    }

    #[test]
    fn of_very_many_moves_each_day_is_a_piece() {
        let year = Period { from: date!(2026 - 01 - 01), to: date!(2026 - 12 - 31) };
        let moves = (0..100).map(|number| Timestamp(Timestamp::start_of(year.from).0 + number * 3 * 86_400_000_000));
        let segments = Segments::new(year, false, moves);
        assert_eq!(segments.ends(), None);
        let from = day(year.from);
        assert_eq!(segments.segment(from.0), Segment { first: from, of_moves: true, before: false });
        assert_eq!(segments.segment(from.0 + 1), Segment { first: Day(from.0 + 1), of_moves: false, before: false });
    }
}
