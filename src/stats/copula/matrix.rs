//! Small symmetric matrices, row by row.

/// The triangle of Cholesky of the nearest correlation matrix that keeping the positive eigenvalues gives.
///
/// Eigenvalues below a thousand-millionth are raised to it, and the diagonal is scaled back to 1 (Higham 2002, one step).
pub(super) fn factor(matrix: &[f64], size: usize) -> Vec<f64> {
    let (values, vectors) = eigen(matrix, size);
    let mut repaired = vec![0.0; size * size];
    for one in 0..size {
        for other in 0..size {
            let part =
                |place: usize| values[place].max(1e-9) * vectors[one * size + place] * vectors[other * size + place];
            repaired[one * size + other] = (0..size).map(part).sum();
        }
    }
    let scale: Vec<f64> = (0..size).map(|place| repaired[place * size + place].sqrt()).collect();
    for one in 0..size {
        for other in 0..size {
            repaired[one * size + other] /= scale[one] * scale[other];
        }
    }
    cholesky(&repaired, size)
}

fn cholesky(matrix: &[f64], size: usize) -> Vec<f64> {
    let mut lower = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..=row {
            let sum: f64 = (0..column).map(|place| lower[row * size + place] * lower[column * size + place]).sum();
            let rest = matrix[row * size + column] - sum;
            lower[row * size + column] =
                if row == column { rest.max(1e-12).sqrt() } else { rest / lower[column * size + column] };
        }
    }
    lower
}

/// Eigenvalues and eigenvectors (as columns) by the rotations of Jacobi.
fn eigen(matrix: &[f64], size: usize) -> (Vec<f64>, Vec<f64>) {
    let mut a = matrix.to_vec();
    let mut vectors: Vec<f64> = (0..size * size).map(|place| f64::from(u8::from(place % (size + 1) == 0))).collect();
    for _ in 0..100 {
        let off: f64 = (0..size)
            .flat_map(|row| (0..row).map(move |column| (row, column)))
            .map(|(r, c)| a[r * size + c].powi(2))
            .sum();
        if off < 1e-28 {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut a, &mut vectors, size, (p, q));
            }
        }
    }
    ((0..size).map(|place| a[place * size + place]).collect(), vectors)
}

/// One rotation, after which the matrix is 0 at this place.
fn rotate(a: &mut [f64], vectors: &mut [f64], size: usize, (p, q): (usize, usize)) {
    let apq = a[p * size + q];
    if apq == 0.0 {
        return;
    }
    let ratio = (a[q * size + q] - a[p * size + p]) / (2.0 * apq);
    let sign = if ratio < 0.0 { -1.0 } else { 1.0 };
    let turn_by = sign / (ratio.abs() + ratio.hypot(1.0));
    let cosine = turn_by.hypot(1.0).recip();
    let skewed = turn_by * cosine;
    let turn = |values: &mut [f64], one: usize, other: usize| {
        let (first, second) = (values[one], values[other]);
        values[one] = cosine * first - skewed * second;
        values[other] = skewed * first + cosine * second;
    };
    for row in 0..size {
        turn(a, row * size + p, row * size + q);
    }
    for column in 0..size {
        turn(a, p * size + column, q * size + column);
        turn(vectors, column * size + p, column * size + q);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(lower: &[f64], size: usize) -> Vec<f64> {
        let at = |row: usize, column: usize| (0..size).map(|k| lower[row * size + k] * lower[column * size + k]).sum();
        (0..size * size).map(|place| at(place / size, place % size)).collect()
    }

    #[test]
    fn a_correlation_matrix_is_its_own_nearest_one() {
        let matrix = [1.0, 0.5, 0.2, 0.5, 1.0, -0.3, 0.2, -0.3, 1.0];
        let found = product(&factor(&matrix, 3), 3);
        assert!(found.iter().zip(&matrix).all(|(one, other)| (one - other).abs() < 1e-9), "{found:?}");
    }

    #[test]
    fn a_matrix_that_is_none_is_repaired_to_one() {
        let matrix = [1.0, 0.9, 0.1, 0.9, 1.0, 0.9, 0.1, 0.9, 1.0];
        let found = product(&factor(&matrix, 3), 3);
        assert!((0..3).all(|place| (found[place * 4] - 1.0).abs() < 1e-6));
        assert!(found.iter().zip(&matrix).all(|(one, other)| (one - other).abs() < 0.35), "{found:?}");
        let (values, _) = eigen(&found, 3);
        assert!(values.iter().all(|value| *value > -1e-9), "{values:?}");
    }
}
